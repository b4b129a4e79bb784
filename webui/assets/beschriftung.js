// Names on diagrams end their lines between words or syllables; bpmn-js cuts a long word wherever the line is full. Only the drawing knows of it: in
// the file, while somebody writes and for whoever reads it aloud a name stays one piece.
import TextRenderer from "bpmn-js/lib/draw/TextRenderer";
import { TEXT_ANNOTATION_PADDING } from "bpmn-js/lib/util/AnnotationUtil";
import { DEFAULT_LABEL_SIZE } from "bpmn-js/lib/util/LabelUtil";
import { umbrochen, widest } from "./umbruch.js";

// Nothing is broken within it.
const ENDLESS = { width: 1e6, height: 1e6 };

// Left and right of a text.
const across = (padding = 0) => (typeof padding === "number" ? 2 * padding : (padding.left ?? 0) + (padding.right ?? 0));

class Beschriftung extends TextRenderer {
  constructor(config) {
    super(config);
    const { createText, getDimensions, getExternalLabelBounds, getTextAnnotationBounds } = this;
    const measure = (style) => (text) => getDimensions(text, { box: ENDLESS, style }).width;
    const external = this.getExternalStyle();
    const isExternal = ({ style, padding }) => style?.fontSize === external.fontSize && padding === undefined;
    // Beside an event there is room: where a word is wider than the label, it reaches over on both sides. A file from a machine with narrower letters
    // would have its words parted otherwise.
    const within = (text, options) => {
      if (!options.box?.width) return { text, options };
      const wide = measure(options.style);
      const width = isExternal(options) ? Math.max(options.box.width, Math.min(DEFAULT_LABEL_SIZE.width, widest(text, wide))) : options.box.width;
      return { text: umbrochen(text, width - across(options.padding), wide), options: { ...options, box: { ...options.box, width } } };
    };
    this.getDimensions = (name, given = {}) => {
      const { text, options } = within(name, given);
      return getDimensions(text, options);
    };
    this.createText = (name, given = {}) => {
      const { text, options } = within(name, given);
      const drawn = createText(text, options);
      const over = ((options.box?.width ?? 0) - (given.box?.width ?? 0)) / 2;
      if (over) for (const line of drawn.childNodes) line.setAttribute("x", Number(line.getAttribute("x")) - over);
      return drawn;
    };
    // What is measured must be what is drawn.
    this.getExternalLabelBounds = (bounds, name) =>
      getExternalLabelBounds(bounds, umbrochen(name, Math.max(bounds.width, DEFAULT_LABEL_SIZE.width), measure(external)));
    this.getTextAnnotationBounds = (bounds, name) =>
      getTextAnnotationBounds(bounds, umbrochen(name, bounds.width - across(TEXT_ANNOTATION_PADDING), measure(this.getDefaultStyle())));
  }
}

Beschriftung.$inject = ["config.textRenderer"];

export const beschriftung = { textRenderer: ["type", Beschriftung] };
