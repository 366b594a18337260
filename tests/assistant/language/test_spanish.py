"""What Spanish-speaking shoppers say, in the planner's English, with the phrasebook that is shipped."""

from __future__ import annotations

import pytest

from assistant.language import Languages
from assistant.prompts import load_prompts
from tests.assistant.small_shop import PRODUCTS

SAID = (
    ("¿hay que montarla?", "does it need assembly?"),
    ("el segundo hay que montarlo", "does the second one need assembly"),
    ("el color que sea", "any colour"),
    ("elige tú el color", "any colour"),
    ("ponme 2, no espera, 1", "make it 2, no wait, 1"),
    ("olvídalo todo", "forget all that"),
    ("tenéis guantes de lana sin forro?", "do you have gloves wool without lining?"),
    ("tienen una silla de oficina de hasta ciento veinte euros?", "do you have a office chair of up to 120 euros?"),
    ("entre 50 y 80 dólares", "between 50 and 80 dollars"),
    ("una tienda de campaña para 4", "a tent for 4 people"),
    ("una tienda para tres personas", "a tent for 3 people"),
    ("unos 60 pavos", "around 60 dollars"),
    ("2 kilos como mucho", "at most 2 kg"),
    ("que no pese más de 1,5 kg", "at most 1.5 kg"),
    ("bolsas de deporte de 40 litros o más", "duffel bags of at least 40 litres"),
    ("un regalo para mi hija de 7 años", "a gift for my daughter aged 7"),
    ("zapatillas para correr hombre número 42", "running shoes men size 42"),
    ("no, quise decir la 44", "no, I meant size 44"),
    ("talla ese", "size S"),
    ("que cueste como mucho 100", "at most 100"),
    ("que valga menos de 80", "under 80"),
    ("que cueste menos", "cheaper"),
    ("menos de kilo y medio", "under 1.5 kg"),
    ("que pese menos de dos kilos y medio", "weight under 2.5 kg"),
    ("bombillas e27", "light bulb E27"),
    ("saco de dormir con cremallera izquierda", "sleeping bag with left zip"),
    ("cafetera de émbolo", "coffee maker french press"),
    # without, not, any
    ("no, de hombre", "no, for men"),
    ("no, mejor negras", "no, I meant black"),
    ("no de mujer", "no women"),
    ("quita lo de impermeable", "forget the waterproof"),
    ("quita el límite de precio", "forget the price"),
    ("ya no hace falta que sea impermeable", "does not have to be waterproof"),
    ("no hace falta, gracias", "no thanks"),
    ("vamos a empezar de nuevo", "start over"),
    ("empecemos de cero", "start over"),
    ("no quiero plástico", "not plastic"),
    ("que no sean de cuero", "not leather"),
    ("que no tengan capucha", "without hood"),
    ("nada de rojo", "no red"),
    ("me da igual la talla", "any size"),
    ("la marca me da igual", "any brand"),
    ("olvida el color", "forget the colour"),
    # cart
    ("quita dos", "remove 2 of them"),
    ("quítame uno del carrito", "remove 1 of them"),
    ("quita la segunda del carrito", "remove the second one from my cart"),
    ("añádela al carro en azul", "add it to my cart in blue"),
    ("pon dos de los primeros en la cesta", "add 2 of the first one to my cart"),
    ("a la cesta la segunda", "add the second one to my cart"),
    ("me llevo el último", "I'll take the last one"),
    ("ya no lo quiero", "I don't want it anymore"),
    ("qué hay en mi carrito", "show my cart"),
    ("vacía el carrito", "empty my cart"),
    # questions about what is shown
    ("el segundo es impermeable?", "is the second one waterproof?"),
    ("¿la tercera tiene micrófono?", "does the third one have microphone?"),
    ("cuánto pesa el tercero?", "how heavy is the third one?"),
    ("cuantas horas aguanta la bateria", "how long does the battery last"),
    ("se puede lavar en lavavajillas?", "is it dishwasher safe?"),
    ("de qué está hecha la segunda", "what is the second one made of"),
    ("tiene bluetooth?", "does it have bluetooth?"),
    ("viene en rojo?", "does it come in red?"),
    ("cuál pesa menos", "which one is the lightest"),
    ("en qué se diferencian", "what is the difference between them"),
    ("qué diferencia hay entre el segundo y el cuarto", "compare the second one and the fourth one"),
    ("puedo devolver unos zapatos usados?", "can I return some shoes used?"),
    ("por qué me recomiendas el segundo", "why did you show the second one"),
    # order of the list
    ("la sartén más ligera", "the lightest frying pan"),
    ("el más caro primero", "most expensive first"),
    ("algo más barato", "something cheaper"),
    ("otra cosa", "show me more"),
    # policies, orders, people
    ("hacéis envíos a méxico?", "do you ship to Mexico?"),
    ("puedo pagar con paypal?", "can I pay with paypal?"),
    ("cuánto dura la garantía", "how long is the warranty"),
    ("dónde anda mi paquete A-10421", "where is my order A-10421"),
    ("anula el pedido A-10421", "cancel my order A-10421"),
    ("quiero hablar con un agente por favor", "talk to a person please"),
    ("puedo cambiar mi dirección?", "can I change the delivery address of my order?"),
    ("me llegó defectuoso", "what if the item arrived broken or wrong"),
    ("los dos primeros comparados", "the first two compare them"),
    ("que aguante 90 kilos", "at least 90 kg"),
    ("en gris no, en marrón", "no grey, brown"),
    ("eso es todo, gracias", "that is all, thanks"),
    # as people type
    ("q tal una mochila xfa", "a backpack please"),
    ("busco calcetines termicos o de lana, gracias", "I am looking for socks insulated or wool, thanks"),
    ("un juego de cartas en español", "a card game in Spanish"),
    ("Norrfell Fjell 2, SKU NF-200-GR", "Norrfell Fjell 2, SKU NF-200-GR"),
)  # fmt: skip


@pytest.fixture(scope="module")
def languages() -> Languages:
    return Languages(load_prompts().languages(), titles=[product.title for product in PRODUCTS])


@pytest.mark.parametrize(("said", "words"), SAID)
def test_spanish_is_said_in_english(languages: Languages, said: str, words: str) -> None:
    assert languages.read(said, "es").words == words


@pytest.mark.parametrize(
    "said",
    [
        "busco botas de nieve",
        "y en azul?",
        "el mas barato",
        "cuanto cuesta el envio",
        "quiero devolver esto",
        "hola",
        "vale",
    ],
)
def test_spanish_is_told_without_accents_too(languages: Languages, said: str) -> None:
    assert languages.read(said).language == "es"


def test_a_slip_of_spanish_is_read_as_what_was_meant(languages: Languages) -> None:
    found = languages.read("unos guantes inpermeables", "es")
    assert (found.words, dict(found.corrected)) == ("some gloves waterproof", {"inpermeables": "impermeables"})
