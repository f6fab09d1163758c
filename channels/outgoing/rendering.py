"""How one outbound message goes on a channel, by what the channel can: nothing it says is lost on any.

`split_content` makes the messages it takes, in order; `render` makes of each what its provider is to show. An adapter
calls `render` and gives every part the provider's own shape.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from channels.adapter import Capabilities
from channels.outgoing.formatting import numbers_choices, render_text, split_text, units
from channels.outgoing.titles import cut_text, cut_titles
from data.content import Choice, Media, MediaKind, MessageContent, Template
from data.marks import plain_data, plain_marks

LIST_BUTTON = "Ver opciones"
_NOT_JPEG_OR_PNG = re.compile(r"\.(?:webp|avif|gif|svg|heic|tiff?|bmp)(?:[?#]|$)", re.IGNORECASE)
ASK = "Elige una opción:"


class PartKind(StrEnum):
    TEXT = "text"
    BUTTONS = "buttons"
    LIST = "list"
    MEDIA = "media"  # `text` is its caption
    TEMPLATE = "template"


@dataclass(frozen=True, slots=True)
class Part:
    """One message as its provider is to show it, within its limits. `choices` are those of BUTTONS and LIST, their
    titles cut and distinct; `button` opens the list; `is_numbered`: the choices are numbered lines of `text`."""

    kind: PartKind
    text: str
    choices: tuple[Choice, ...] = ()
    button: str = LIST_BUTTON
    media: Media | None = None
    template: Template | None = None
    is_numbered: bool = False


def render(content: MessageContent, capabilities: Capabilities) -> tuple[Part, ...]:
    """What the provider is to show, in order; nothing for a message that says nothing."""
    return tuple(part for piece in split_content(content, capabilities) for part in _parts(piece, capabilities))


def as_text(content: MessageContent, capabilities: Capabilities) -> tuple[Part, ...]:
    """The same in words alone, choices numbered: when the provider refuses anything better."""
    return render(content, replace(capabilities, most_buttons=0, most_rows=0))


def split_content(content: MessageContent, capabilities: Capabilities) -> tuple[MessageContent, ...]:
    """The messages that `content` takes, each to be sent by itself; the choices are with the last text."""
    if content.template and capabilities.has_service_window:
        return (content,)
    content = replace(content, template=None)
    if content.media and not capabilities.sends_media:
        content = replace(content, text=_with_links(content), media=())
    if _is_caption(content, capabilities):
        return (content,)
    files = (part for media in content.media for part in _alone(content, media, capabilities))
    return (*_split_words(content, capabilities), *files)


def with_picture(content: MessageContent, capabilities: Capabilities) -> MessageContent:
    """The same with the picture of the one product it shows, for stores that want pictures.

    One that the channel does not show would take the words with it: WhatsApp says so after it took the message.
    """
    pictures = [card.image_url for card in content.cards if card.image_url]
    if not capabilities.shows_any_picture:
        pictures = [url for url in pictures if not _NOT_JPEG_OR_PNG.search(url)]
    if content.media or content.template or len(content.cards) != 1 or not pictures:
        return content
    return replace(content, media=(Media(MediaKind.IMAGE, pictures[0]),))


def _split_words(content: MessageContent, capabilities: Capabilities) -> list[MessageContent]:
    words = replace(content, media=())
    if not render_text(words):
        return []
    if _fits(words, capabilities):
        return [words]
    if content.choices:
        return _split_before_choices(words, capabilities)
    return _texts(words, content.text, capabilities)


def _split_before_choices(content: MessageContent, capabilities: Capabilities) -> list[MessageContent]:
    """A long text, its choices at the end of its last part; all numbered lines where even that is too long."""
    *heads, tail = split_text(content.text, capabilities.text_limit) or [""]
    last = replace(content, text=tail)
    if not _fits(last, capabilities):
        *more, tail = split_text(tail, max(capabilities.interactive_text_limit // 2, 1)) or [""]
        heads, last = [*heads, *more], replace(content, text=tail)
    if _fits(last, capabilities):
        return [*(replace(content, text=head, choices=()) for head in heads), last]
    return _texts(content, render_text(content), capabilities)


def _texts(content: MessageContent, text: str, capabilities: Capabilities) -> list[MessageContent]:
    return [replace(content, text=part, choices=()) for part in split_text(text, capabilities.text_limit)]


def _fits(content: MessageContent, capabilities: Capabilities) -> bool:
    return _choices(content, capabilities) is not None or units(render_text(content)) <= capabilities.text_limit


def _is_caption(content: MessageContent, capabilities: Capabilities) -> bool:
    """Whether text and file are one message."""
    return (
        len(content.media) == 1
        and not content.choices
        and not content.media[0].caption
        and content.media[0].kind in capabilities.captioned
        and units(content.text.strip()) <= capabilities.caption_limit
    )


def _alone(content: MessageContent, media: Media, capabilities: Capabilities) -> Sequence[MessageContent]:
    """A file, after its caption where the file cannot show one."""
    if not media.caption or media.kind in capabilities.captioned:
        return [MessageContent("", media=(media,))]
    caption = _texts(replace(content, media=()), media.caption, capabilities)
    return [*caption, MessageContent("", media=(replace(media, caption=""),))]


def _with_links(content: MessageContent) -> str:
    links = [f"{media.caption or media.filename}\n{media.url}".strip() for media in content.media]
    return "\n\n".join(part for part in (content.text.strip(), *links) if part)


def _parts(content: MessageContent, capabilities: Capabilities) -> Sequence[Part]:
    """The parts of a message of its own: one, but for a caption too long."""
    if capabilities.formats_marks and not content.is_verbatim:
        content = _without_marks(content)
    if content.template and capabilities.has_service_window:
        return [Part(PartKind.TEMPLATE, content.text, template=content.template)]
    if content.media:
        caption = content.text.strip() or content.media[0].caption
        head, *rest = split_text(caption, capabilities.caption_limit) or [""]
        shown = Part(PartKind.MEDIA, head, media=content.media[0])
        return [shown, *(Part(PartKind.TEXT, part) for part in rest)]
    if interactive := _choices(content, capabilities):
        return [interactive]
    text = render_text(content)
    return [Part(PartKind.TEXT, text, is_numbered=numbers_choices(content))] if text else []


def _without_marks(content: MessageContent) -> MessageContent:
    names = [*(card.title for card in content.cards), *(choice.title for choice in content.choices)]
    choices = tuple(
        replace(choice, title=plain_data(choice.title), description=plain_data(choice.description))
        for choice in content.choices
    )
    media = tuple(replace(each, caption=plain_data(each.caption)) for each in content.media)
    return replace(content, text=plain_marks(content.text, names), choices=choices, media=media)


def _choices(content: MessageContent, capabilities: Capabilities) -> Part | None:
    """The choices as buttons or a list; None where the channel has neither for so many, or so much text."""
    choices = _distinct(content.choices)
    if not choices or any(len(choice.id.encode()) > capabilities.choice_id_limit for choice in choices):
        return None
    is_listed = any(choice.description for choice in choices) or len(choices) > capabilities.most_buttons
    if is_listed and len(choices) <= capabilities.most_rows:
        part = _list(content, choices, capabilities)
    elif len(choices) <= capabilities.most_buttons:
        part = _buttons(content, choices, capabilities)
    else:
        return None
    return part if units(part.text) <= capabilities.interactive_text_limit else None


def _buttons(content: MessageContent, choices: Sequence[Choice], capabilities: Capabilities) -> Part:
    titles = cut_titles([choice.title for choice in choices], capabilities.button_title_limit)
    buttons = tuple(Choice(choice.id, title) for choice, title in zip(choices, titles, strict=True))
    unsaid = [
        _line(choice)
        for choice, title in zip(choices, titles, strict=True)
        if (title != _one_line(choice.title) and not _says(content.text, choice.title))
        or (choice.description and not _says(content.text, choice.description))
    ]
    return Part(PartKind.BUTTONS, _body(content.text, unsaid), buttons)


def _list(content: MessageContent, choices: Sequence[Choice], capabilities: Capabilities) -> Part:
    titles = cut_titles([choice.title for choice in choices], capabilities.row_title_limit)
    rows, unsaid = [], []
    for choice, title in zip(choices, titles, strict=True):
        more = _one_line(choice.description)
        if title != _one_line(choice.title):  # the whole name stands under the cut one
            more = ", ".join(text for text in (_one_line(choice.title), more) if text)
        shown = cut_text(more, capabilities.row_description_limit)
        rows.append(Choice(choice.id, title, shown))
        if shown != more and not (_says(content.text, choice.title) and _says(content.text, choice.description)):
            unsaid.append(_line(choice))
    return Part(PartKind.LIST, _body(content.text, unsaid), tuple(rows))


def _distinct(choices: Sequence[Choice]) -> list[Choice]:
    """Providers refuse two of one id, and a title that is blank."""
    return list({choice.id: choice for choice in choices if choice.id and choice.title.strip()}.values())


def _body(text: str, unsaid: Sequence[str]) -> str:
    return "\n\n".join(part for part in (text.strip() or ASK, "\n".join(unsaid)) if part)


def _line(choice: Choice) -> str:
    return f"• {_one_line(choice.title)}" + (f": {_one_line(choice.description)}" if choice.description else "")


def _says(text: str, words: str) -> bool:
    return _one_line(words).casefold() in _one_line(text).casefold()


def _one_line(text: str) -> str:
    return " ".join(text.split())
