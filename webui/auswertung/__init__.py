"""Pages for evaluators. Each part is a blueprint of its own under /auswertung."""

from webui.auswertung.ausfuhr import ausfuhren
from webui.auswertung.film import film
from webui.auswertung.kennzahlen import kennzahlen
from webui.auswertung.protokolle import protokolle
from webui.auswertung.start import auswertung
from webui.auswertung.viele import viele
from webui.auswertung.wenn import wenn

BLUEPRINTS = (auswertung, kennzahlen, viele, film, ausfuhren, protokolle, wenn)
