"""What Chinese-speaking shoppers say, in the planner's English, with the phrasebook that is shipped."""

from __future__ import annotations

import pytest

from assistant.language import Languages
from assistant.prompts import load_prompts
from tests.assistant.small_shop import PRODUCTS

SAID = (
    ("算了 要6公斤", "no, I meant 6 kg"),
    ("算了，换黑色的", "no, I meant black"),
    ("算了吧", "never mind"),
    ("要有内衬的", "I want lined"),
    ("500以内的意式咖啡机 结婚送人", "up to 500 espresso machine, as a wedding gift"),
    ("随便什么颜色", "any colour"),
    ("颜色你定", "any colour"),
    ("改成2个，不对，1个", "make it 2, no wait, 1"),
    ("第一个加三个到购物车", "add 3 of the first one to my cart"),
    ("第二个来两个", "add 2 of the second one to my cart"),
    ("加三个到购物车", "add 3 to my cart"),
    ("删掉一个", "remove 1 of them"),
    ("减掉两件", "remove 2 of them"),
    ("把它拿出来", "remove it from my cart"),
    ("有没有羊毛手套", "do you have wool gloves?"),
    ("你们有折叠椅吗", "do you have folding camping chair?"),
    ("50到80美元之间", "between 50 and 80 dollars"),
    ("一千五以内的显示器", "up to 1500 monitor"),
    ("60块左右", "around 60 dollars"),
    ("不要超过2公斤的背包", "at most 2 kg backpack"),
    ("至少40升的登山包", "at least 40 litres hiking backpack"),
    ("四人帐篷", "tent for 4 people"),
    ("送给7岁女儿的礼物", "gift for a child aged 7"),
    ("8到10岁玩的桌游", "for a child aged 8 board game"),
    ("男士跑步鞋42码", "men running shoes size 42"),
    ("说错了，穿38码", "I meant size 38"),
    ("L码的", "size L"),
    ("两人帐篷，2公斤以下", "tent for 2 people, up to 2 kg"),
    ("两人用的轻便帐篷", "light tent for 2 people"),
    ("有没有降噪耳机，200以内", "show me noise cancelling headphones, up to 200"),
    ("拉链在左边的睡袋", "left zip sleeping bag"),
    ("缝纫套装", "sewing kit"),
    # without, not, any
    ("不要防水了", "forget the waterproof"),
    ("不用无线了", "forget the wireless"),
    ("重量无所谓了", "any weight"),
    ("不用麻烦了", "no need please"),
    ("不，男款", "no, for men"),
    ("不，黑色的", "no, I meant black"),
    ("还是不要带帽了", "forget the hooded"),
    ("R值至少4", "r-value at least 4"),
    ("不是女款", "not women"),
    ("重新开始", "start over"),
    ("不要塑料的", "no plastic"),
    ("她不喜欢皮的", "no leather"),
    ("除了黑色都行", "not black"),
    ("尺码无所谓", "any size"),
    ("牌子不限", "any brand"),
    ("不要戴尔的", "no Dell"),
    # cart
    ("把第二个从购物车里删掉", "remove the second one from my cart"),
    ("把第一个加到购物车", "add the first one to my cart"),
    ("帮我把蓝色的第一个放进购物车", "add the first one in blue to my cart"),
    ("就要这个了", "I'll take it"),
    ("就这双了，灰色的，放购物车", "add it in grey to my cart"),
    ("要两个", "make it 2"),
    ("再来一双", "one more"),
    ("不想要了", "I don't want it anymore"),
    ("看看购物车", "show my cart"),
    ("清空购物车", "empty my cart"),
    # questions about what is shown
    ("第二个防水吗", "is the second one waterproof?"),
    ("第三款带麦克风吗", "does the third one have microphone?"),
    ("第三个多重？", "how heavy is the third one?"),
    ("电池能用多久", "how long does the battery last"),
    ("可以放洗碗机吗", "is it dishwasher safe?"),
    ("可以机洗的毯子", "machine washable blanket"),
    ("第二个是什么材质的", "what is the second one made of"),
    ("第一个有什么颜色", "what colours does the first one come in"),
    ("它有红色的吗", "does it come in red?"),
    ("第一个还有货吗", "is the first one in stock?"),
    ("哪个便宜", "which one is the cheapest"),
    ("哪件最轻？", "which one is the lightest?"),
    ("哪双最暖和", "which one is the warmest"),
    ("哪款有麦克风", "which one has microphone"),
    ("哪双适合徒步", "which one is good for hiking"),
    ("几个人可以玩？", "for how many players is it?"),
    ("第一款和第三款有什么区别", "compare the first one and the third one"),
    ("我的包裹在哪", "where are my parcels"),
    ("为什么给我推荐第二个", "why did you recommend the second one"),
    # order of the list
    ("最轻的平底锅", "the lightest frying pan"),
    ("从贵到便宜", "most expensive first"),
    ("有更便宜的吗", "cheaper"),
    ("换一批", "show me more"),
    # policies, orders, people
    ("穿过的鞋能退吗", "can I return worn shoes?"),
    ("能寄到德国吗", "do you ship to Germany?"),
    ("可以用支付宝吗", "can I pay with Alipay?"),
    ("保修多久", "how long is the warranty"),
    ("订单A-10421到哪了", "where is my order A-10421"),
    ("帮我把A-10421取消", "cancel order A-10421"),
    ("我要找真人客服", "talk to a person"),
    ("可以改地址吗", "can I change the delivery address of my order"),
    ("能耐几度", "what is its temperature"),
    ("还是41码吧", "I meant size 41"),
    ("再来三个", "3 more"),
    ("比较前三款", "compare the first three"),
    # as people type
    ("惠普15寸笔记本 16G内存", "HP 15 inch laptop 16G memory"),
    ("Norrfell Fjell 2帐篷", "Norrfell Fjell 2 tent"),
    ("苹果手机壳", "Apple phone case"),
)


@pytest.fixture(scope="module")
def languages() -> Languages:
    return Languages(load_prompts().languages(), titles=[product.title for product in PRODUCTS])


@pytest.mark.parametrize(("said", "words"), SAID)
def test_chinese_is_said_in_english(languages: Languages, said: str, words: str) -> None:
    found = languages.read(said)
    assert (found.language, found.words) == ("zh", words)


def test_a_slip_of_chinese_is_read_as_what_was_meant(languages: Languages) -> None:
    found = languages.read("要一个热水胡")
    assert (found.words, dict(found.corrected)) == ("I want a kettle", {"热水胡": "热水壶"})


@pytest.mark.parametrize(("said", "before", "language"), [("2", "zh", "zh"), ("ok", "zh", "zh"), ("M码", "en", "zh")])
def test_short_messages_stay_in_the_language(languages: Languages, said: str, before: str, language: str) -> None:
    assert languages.read(said, before).language == language
