"""Tables in Markdown, printed line by line as the figures come."""


def print_head(*cells: str) -> None:
    print_row(*cells)
    print_row(*("---" for _ in cells))


def print_row(*cells: object) -> None:
    """Print a row; truth is written as yes or no."""
    shown = [("yes" if cell else "no") if isinstance(cell, bool) else str(cell) for cell in cells]
    print(f"| {' | '.join(shown)} |", flush=True)
