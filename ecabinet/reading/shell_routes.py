"""What makes the application installable: the manifest, the service worker, the page shown when nothing else is."""

import json

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from ecabinet.reading.shell import WORKER, ShellFiles
from ecabinet.realtime import LOCALES
from ecabinet.web import public

bp = Blueprint("shell", __name__)
FILES = ShellFiles()
COLOUR, GROUND = "#0f5aa6", "#f4f6f9"
ICONS = (("icon-192.png", 192, "any"), ("icon-512.png", 512, "any"), ("icon-maskable-512.png", 512, "maskable"))


@bp.get("/sw.js")
@public
def worker() -> ResponseReturnValue:
    """Everybody: the service worker of the whole site. With each change of a file it is another script, so that the
    browser takes it for a new one.
    """
    shell = FILES.present()
    said = {
        "version": shell.version,
        "core": {url_for("static", filename=name): mark for name, mark in shell.core.items()},
        "reader": {url_for("static", filename=name): mark for name, mark in shell.reader.items()},
        "offline": url_for("shell.offline"),
    }
    script = f"self.shell = {json.dumps(said)};\n{WORKER.read_text(encoding='utf-8')}"
    headers = {"Service-Worker-Allowed": "/", "Cache-Control": "no-cache"}
    return Response(script, headers=headers, mimetype="text/javascript")


@bp.get("/manifest.webmanifest")
@public
def manifest() -> ResponseReturnValue:
    """Everybody: how the application is called and looks where it is installed; ``?lang=`` in which language."""
    wanted = request.args.get("lang", "")
    with force_locale(wanted if wanted in LOCALES else LOCALES[0]):
        icons = [
            {"src": url_for("static", filename=f"img/{name}"), "sizes": f"{size}x{size}", "type": "image/png",
             "purpose": purpose}
            for name, size, purpose in ICONS
        ]  # fmt: skip
        response = jsonify(
            {
                "id": "/",
                "name": _("eCabinet – Họp không giấy"),
                "short_name": "eCabinet",
                "description": _("Chương trình, tài liệu và biểu quyết của phiên họp trên máy tính bảng."),
                "lang": wanted if wanted in LOCALES else LOCALES[0],
                "start_url": url_for("meetings.today"),
                "scope": "/",
                "display": "standalone",
                "theme_color": COLOUR,
                "background_color": GROUND,
                "icons": icons,
                "shortcuts": [{"name": _("Trên máy này"), "url": url_for("device.page")}],
            }
        )
    response.mimetype = "application/manifest+json"
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/offline")
@public
def offline() -> ResponseReturnValue:
    """Everybody: shown in the place of a page that cannot be had without a network."""
    return render_template("reading/offline.html", person=None)
