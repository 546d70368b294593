"""A letter as it travels: text, the same as HTML, and the calendar entry, in the form that mail programs act on."""

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from html import escape

from ecabinet.mail_server import MailServer
from ecabinet.notices.calendar import Event, Method, Person, render
from ecabinet.notices.models import Mail

GOES_BY_ITSELF = "Thư này được gửi tự động từ hệ thống eCabinet. Đồng chí không cần trả lời thư."


def compose(mail: Mail, server: MailServer, public_url: str) -> EmailMessage:
    """The same letter gives the same message each time: one sent twice is known by its Message-ID."""
    message = EmailMessage(policy=SMTP)
    message["From"] = formataddr((server.sender_name or "eCabinet", server.sender))
    message["To"] = formataddr((_line(mail.name), mail.address))
    message["Subject"] = _line(mail.subject)
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = f"<{mail.message_id}>"
    message["Auto-Submitted"] = "auto-generated"
    address = public_url + mail.link if mail.link else ""
    message.set_content(_plain(mail, address), cte="base64")
    message.add_alternative(_html(mail, address), subtype="html", cte="base64")
    if mail.event is not None:
        _add_event(message, mail, server)
    return message


def _add_event(message: EmailMessage, mail: Mail, server: MailServer) -> None:
    event = Event.of(mail.event or {})
    method = Method.CANCEL if event.cancelled else Method.REQUEST
    organizer = Person(server.sender_name or "eCabinet", server.sender)
    text = render([event], method, organizer=organizer, attendee=Person(mail.name, mail.address))
    # As an alternative mail programs offer to enter it; as a file it is there for all others.
    message.add_alternative(text.encode(), maintype="text", subtype="calendar", cte="base64",
                            params={"method": str(method), "charset": "utf-8"})  # fmt: skip
    message.add_attachment(text.encode(), maintype="application", subtype="ics", filename="lich-hop.ics", cte="base64")


def _line(text: str) -> str:
    """One line: what people type may not make headers."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _plain(mail: Mail, address: str) -> str:
    parts = [f"Kính gửi đồng chí {mail.name},", mail.text]
    if address:
        parts.append(f"Mở trong eCabinet: {address}")
    return "\n\n".join([*parts, f"-- \n{GOES_BY_ITSELF}"]) + "\n"


def _html(mail: Mail, address: str) -> str:
    paragraphs = "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in mail.text.split("\n\n"))
    button = (
        f'<p style="margin:24px 0"><a href="{escape(address)}" style="background:#0b4f8a;color:#fff;padding:12px 20px;'
        f'border-radius:8px;text-decoration:none;font-weight:600">Mở trong eCabinet</a></p>'
        if address
        else ""
    )
    return (
        '<!doctype html><html lang="vi"><head><meta charset="utf-8"></head>'
        '<body style="font-family:Arial,sans-serif;font-size:16px;line-height:1.5;color:#14202b">'
        f'<div style="max-width:600px;margin:0 auto;padding:24px">'
        f'<h1 style="font-size:20px">{escape(mail.subject)}</h1>'
        f"<p>Kính gửi đồng chí <strong>{escape(mail.name)}</strong>,</p>{paragraphs}{button}"
        f'<p style="color:#5b6b7a;font-size:13px">{GOES_BY_ITSELF}</p></div></body></html>'
    )
