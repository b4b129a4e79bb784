"""Self-written diagrams that combine the constructs of the dialect. Conditions are valid FEEL."""

from tests.engine.runtime.build import (
    boundary,
    call,
    catch,
    decision,
    diagram,
    each,
    element,
    end,
    flows,
    job,
    message,
    on,
    par,
    process,
    script,
    start,
    sub,
    timer,
    user,
    xor,
)

REVIEW = process(
    "review", start(), xor("again"),
    sub("pruefung", start("s_start"), par("s_fork", "s_join"), user("fachlich", outputs={"a": "=ok"}),
        user("rechtlich", outputs={"b": "=ok"}), end("s_end"),
        flows("s_start -> s_fork -> fachlich -> s_join; s_fork -> rechtlich -> s_join -> s_end"),
        mapping={"inputs": {"a": "=null", "b": "=null"}, "outputs": {"ergebnis": "=a"}}),
    boundary("erinnern", "pruefung", timer("Cycle", "R/P7D"), interrupting=False), user("erinnerung"), end("erinnert"),
    boundary("eskalieren", "pruefung", timer("Duration", "P30D")), user("leitung"),
    script("zaehlen", "=runde + 1", "runde"), xor("fertig", default="fertig_again"), end(),
    flows("""start -> again -> pruefung -> zaehlen -> fertig -> again; fertig -> end : =runde >= grenze
             erinnern -> erinnerung -> erinnert; eskalieren -> leitung -> zaehlen"""))

EVENTS = process(
    "warten", start(), element("eventBasedGateway", "gate"), catch("kurz", timer("Duration", "P30D")),
    catch("lang", timer("Duration", "P60D")), catch("antwort", on("message", "m1"), outputs={"text": "=inhalt"}),
    xor("merge"), user("weiter"), end(),
    flows("start -> gate -> kurz -> merge -> weiter -> end; gate -> lang -> merge; gate -> antwort -> merge"))

REMINDER = process(
    "mahnen", start(), user("arbeit"), boundary("mahnung", "arbeit", timer("Cycle", "R3/P7D"), interrupting=False),
    user("nachfassen"), end("e2"), boundary("frist", "arbeit", timer("Duration", "=frist")), user("abbruch"),
    boundary("nachricht", "arbeit", on("message", "m1"), interrupting=False, outputs={"n": "=inhalt"}), job("ablegen"), end("e3"), end(), end("e4"),
    flows("start -> arbeit -> end; mahnung -> nachfassen -> e2; frist -> abbruch -> e4; nachricht -> ablegen -> e3"))

PARALLEL = process(
    "parallel", start(), par("fork", "join"), user("a"), user("b"), job("c"), user("z"), end(),
    flows("start -> fork -> a -> join; fork -> b -> join; fork -> c -> join -> z -> end"))

NESTED = process(
    "nested", start(),
    sub("aussen", start("s1"), script("rechnen", "=lokal + 1", "lokal"),
        sub("innen", start("s2"), user("tief", outputs={"fund.wert": "=wert", "fund.quelle": "=lokal"}), end("e2"),
            flows("s2 -> tief -> e2"), mapping={"inputs": {"fund": "=null", "kopie": "=lokal * 10"}, "outputs": {"tiefe": "=fund", "k": "=kopie"}}),
        user("danach"), end("e1"), flows("s1 -> rechnen -> innen -> danach -> e1"),
        mapping={"inputs": {"lokal": "=x"}, "outputs": {"resultat": "=lokal", "fund": "=tiefe"}}),
    user("schluss"), end(), flows("start -> aussen -> schluss -> end"))

PERSONS = process(
    "personen", start(), user("befragen", each("=personen", "person", "antworten", "=antwort"), inputs={"name": "=person"}, outputs={"antwort": "=wert"}),
    user("schluss"), end(), flows("start -> befragen -> schluss -> end"))

SEQUENTIAL = process(
    "reihe", start(),
    sub("je", start("s1"), job("holen"), user("sichten", outputs={"r": "=wert"}), end("e1"), flows("s1 -> holen -> sichten -> e1"),
        mapping={"inputs": {"r": "=null"}}, loop=each("=personen", "person", "alle", "=r", sequential=True)),
    boundary("zu_lang", "je", timer("Duration", "P1D")), boundary("info", "je", on("message", "m1"), interrupting=False),
    user("melden"), end("e3"), user("ersatz"), xor("m"), user("schluss"), end(),
    flows("start -> je -> m -> schluss -> end; zu_lang -> ersatz -> m; info -> melden -> e3"))

PARALLEL_SUBS = process(
    "alle", start(),
    sub("je", start("s1"), par("f", "j"), user("u1"), user("u2", outputs={"r": "=wert"}), end("e1"),
        flows("s1 -> f -> u1 -> j; f -> u2 -> j -> e1"), mapping={"inputs": {"r": "=null"}},
        loop=each("=personen", "person", "alle", "=r", condition="=numberOfCompletedInstances >= 2")),
    boundary("stop", "je", timer("Duration", "P1D")), user("ersatz"), xor("m"), user("schluss"), end(),
    flows("start -> je -> m -> schluss -> end; stop -> ersatz -> m"))

CALLED = process("kind", start("ks"), user("kindarbeit"), script("doppelt", "=x * 2", "y"), end("ke"),
                 flows("ks -> kindarbeit -> doppelt -> ke"))
CALL = process("eltern", start(), call("offen", "kind"), call("zu", "kind", parent="false", children="false", inputs={"x": "=7"}),
               call("abgebildet", "kind", parent="false", children="true", inputs={"x": "=100"}, outputs={"ergebnis": "=y"}),
               boundary("frist", "abgebildet", timer("Duration", "P1D")), xor("m"), user("schluss"), end(),
               flows("start -> offen -> zu -> abgebildet -> m -> schluss -> end; frist -> m"))

DECIDE = process("entscheiden", start(), decision("tabelle", "segment", "segment"), xor("wahl", default="wahl_b"), user("a"), user("b"), user("c"),
                 xor("m"), end(), flows("start -> tabelle -> wahl -> b -> m -> end; wahl -> a -> m : =segment = 1; wahl -> c -> m : =segment = 2"))

ERRORS = process(
    "fehler", start(), xor("again"),
    sub("versuch", start("s1"), par("f"), job("api"), boundary("e409", "api", on("error", "er409")), user("konflikt"), user("neben"),
        xor("w", default="w_gut"), end("gut"), element("endEvent", "schlecht", on("error", "er500")), end("n2"),
        flows("s1 -> f -> api -> w -> gut; w -> schlecht : =kaputt; e409 -> konflikt -> w; f -> neben -> n2")),
    boundary("e500", "versuch", on("error", "er500")), boundary("sonst", "versuch", on("error")), user("heilen"), user("unklar"), xor("m"), end(),
    flows("start -> again -> versuch -> m -> end; e500 -> heilen -> again; sonst -> unklar -> again"))

ESCALATE = process(
    "eskalation", start(),
    sub("arbeit", start("s1"), user("u1"), element("intermediateThrowEvent", "hinweis", on("escalation", "es1")), user("u2"),
        xor("w", default="w_gut"), end("gut"), element("endEvent", "hart", on("escalation", "es2")),
        flows("s1 -> u1 -> hinweis -> u2 -> w -> gut; w -> hart : =kaputt")),
    boundary("b1", "arbeit", on("escalation", "es1"), interrupting=False), boundary("b2", "arbeit", on("escalation", "es2")),
    user("h1"), user("h2"), end("e1"), end("e2"), end(),
    flows("start -> arbeit -> end; b1 -> h1 -> e1; b2 -> h2 -> e2"))

TERMINATE = process(
    "ende", start(),
    sub("teil", start("s1"), par("f"), user("a"), user("b"), catch("warte", timer("Date", "2027-01-01T00:00:00Z")), element("endEvent", "aus", on("terminate")),
        end("e1"), end("e2"), flows("s1 -> f -> a -> aus; f -> b -> e1; f -> warte -> e2")),
    user("schluss"), end(), flows("start -> teil -> schluss -> end"))

LOOP_JOIN = process(
    "schleife", start(), xor("again"), par("f", "j"), user("a"), boundary("t", "a", timer("Duration", "P1D")), user("spaet"), xor("am"),
    user("b"), catch("c", on("message", "m1")), script("plus", "=runde + 1", "runde"), xor("w", default="w_again"), end(),
    flows("""start -> again -> f -> a -> am -> j; t -> spaet -> am; f -> b -> j; f -> c -> j -> plus -> w -> again
             w -> end : =runde >= 4"""))

INCLUSIVE = process(
    "auswahl", start(), xor("again"), element("inclusiveGateway", "f", default="f_d"), element("inclusiveGateway", "j"),
    user("a"), user("b1"), user("b2"), user("d"), script("plus", "=runde + 1", "runde"), xor("w", default="w_again"), end(),
    flows("""start -> again -> f -> d -> j; f -> a -> j : =x > 0; f -> b1 -> b2 -> j : =x != 1; j -> plus -> w -> again
             w -> end : =runde >= 4"""))

SIGNALS = process(
    "signale", start(), par("f", "j"), user("a"), element("intermediateThrowEvent", "ruf", on("signal", "sg")), catch("hoert", on("signal", "sg")),
    user("b"), boundary("stoert", "b", on("signal", "sg"), interrupting=False), user("gestoert"), end("e2"), end(),
    flows("start -> f -> a -> ruf -> j; f -> hoert -> j; f -> b -> j -> end; stoert -> gestoert -> e2"))

COMMON = (message("m1", "antwort", "=fall"), element("signal", "sg", name="ruf"), element("error", "er409", errorCode="409", name="k"),
          element("error", "er500", errorCode="500", name="s"), element("escalation", "es1", escalationCode="1", name="a"),
          element("escalation", "es2", escalationCode="2", name="b"))
ALL = [REVIEW, EVENTS, REMINDER, PARALLEL, NESTED, PERSONS, SEQUENTIAL, PARALLEL_SUBS, CALLED, CALL, DECIDE, ERRORS, ESCALATE, TERMINATE, LOOP_JOIN, INCLUSIVE, SIGNALS]
FILES = [diagram(*COMMON, one) for one in ALL]
VARIABLES = {"fall": "F-1", "x": 1, "runde": 0, "grenze": 12, "frist": "P14D", "kaputt": False, "ok": None, "wert": None,
             "personen": ["Anna", "Beat", "Chiara"]}
