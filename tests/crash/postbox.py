"""A mail server that asks before and after each command, as the wire does about statements."""

from tests.crash.wire import Gate, Step
from tests.kits.mail_server import TalkingServer, agreeable


class Nobody:
    """A gate that stands open."""

    def before(self, step: Step) -> None:
        pass

    def after(self, step: Step, refused: str) -> None:
        pass


class Postbox(TalkingServer):
    """`gate` is asked when a command has arrived, and when it was obeyed but not yet answered.

    A letter whose last line came is taken, whatever becomes of its sender.
    """

    def __init__(self) -> None:
        super().__init__(self._asked)
        self.gate: Gate = Nobody()

    @property
    def taken(self) -> list[str]:
        """The Message-IDs of all letters, repeated ones too."""
        return [_name(letter) for letter in self.letters]

    def _asked(self, connection: int, command: str) -> str | None:
        word = "end of letter" if command == "." else command.partition(" ")[0].lower()
        step = Step(name=f"smtp {word}", backend=0, open=False)
        self.gate.before(step)
        answer = agreeable(connection, command)
        self.gate.after(step, "")
        return answer


def _name(letter: bytes) -> str:
    lines = letter.decode().splitlines()
    return next(one.split(" ", 1)[1] for one in lines if one.lower().startswith("message-id:"))
