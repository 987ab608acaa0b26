"""Groups of verbs, whose options may stand before the verb as well as behind it. Knows no verb."""

from collections.abc import Iterator

import click


class VerbAnywhere(click.Group):
    """`restore --deployment FILE list` is `restore list --deployment FILE`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """What is said before the verb is the verb's."""
        at = self.verb_at(args)
        return super().parse_args(ctx, args if at is None else [args[at], *args[:at], *args[at + 1 :]])

    def verb_at(self, args: list[str]) -> int | None:
        """Where its verb stands: the first word that is neither an option nor the value of one, if it is a verb."""
        first = next(self._words(args), None)
        return first if first is not None and args[first] in self.commands else None

    def _words(self, args: list[str]) -> Iterator[int]:
        valued, is_value = self._valued(), False
        for at, word in enumerate(args):
            if not is_value and (not word.startswith("-") or word == "--"):
                yield at
            is_value = not is_value and word in valued

    def _valued(self) -> set[str]:
        """The options of its verbs that take a value."""
        options = [one for verb in self.commands.values() for one in verb.params if isinstance(one, click.Option)]
        return {name for option in options if not (option.is_flag or option.count) for name in option.opts}
