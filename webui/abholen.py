"""A file of the evaluation that comes once all cases are replayed: the page that waits for it, and the one that says it came.

Without a script a page cannot know that what it asked for became a download. So the waiting page asks with ``warten`` in its address; once there is a
file, that address answers with a page that says so and fetches it.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Flask, Response, make_response, render_template, request, url_for

WARTEN = "warten"
SEKUNDEN = 2
# Where the link to each part's files stands.
SEITEN: Mapping[str, tuple[tuple[str, str], ...]] = {
    "auswertung": (("Zurück zur Prozesstreue", "auswertung.start"),),
    "kennzahlen": (("Zurück zu den Kennzahlen", "kennzahlen.uebersicht"), ("Zurück zur Wirkung", "kennzahlen.wirkungen")),
    "viele": (("Zurück zu vielen Fällen", "viele.uebersicht"),),
}


def register(app: Flask) -> None:
    app.after_request(_delivered)


def soon(title: str, message: str, status: int) -> Response:
    """The page that waits for the file that was asked for."""
    response = make_response(_page(title, message), status)
    response.headers.update({"Refresh": f"{SEKUNDEN}; url={_address(request.path, **{WARTEN: '1'})}", "Retry-After": str(SEKUNDEN)})
    return response


def _delivered(response: Response) -> Response:
    """Instead of a file that was waited for a page that fetches it. It is made twice, which costs less than to keep it."""
    is_file = response.status_code == 200 and response.headers.get("Content-Disposition", "").startswith("attachment")
    if not is_file or WARTEN not in request.args or request.blueprint not in SEITEN:
        return response
    response.close()
    file = _address(request.path)
    told = make_response(_page("Die Datei ist da", "Alle Fälle sind nachgespielt. Die Datei wird jetzt heruntergeladen und liegt dann bei Ihren Downloads.", datei=file))
    told.headers["Refresh"] = f"0; url={file}"
    return told


def _page(title: str, message: str, datei: str = "") -> str:
    ways = [(text, _address(url_for(endpoint))) for text, endpoint in SEITEN.get(request.blueprint or "", ())]
    return render_template("abholen.html", title=title, message=message, ways=ways, datei=datei)


def _address(path: str, **more: str) -> str:
    """A path with the filters of this request."""
    query = urlencode([*((name, value) for name, value in request.args.items(multi=True) if name != WARTEN), *more.items()])
    return f"{path}?{query}" if query else path
