import "./bild.js";
import "./film.js";
