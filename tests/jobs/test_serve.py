import socket

import pytest
from django.core.management import CommandError, call_command

from portal.jobs.management.commands.serve import members


def test_port_in_use_is_named_before_anything_starts() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(CommandError, match=f"127.0.0.1:{port} cannot be used"):
            call_command("serve", port=port)


def test_commands_run_beside_are_not_started_again() -> None:
    beside = {member.name: member.once for member in members("127.0.0.1", 8000, 2, ["play_demonstration --fast"])}

    assert beside == {
        "web": False,
        "worker 1": False,
        "worker 2": False,
        "reconciler": False,
        "play_demonstration --fast": True,
    }
