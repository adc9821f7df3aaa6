import { renderEscape } from './printable.ts';

/** An element as data; `children` are elements or text. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (XmlElement | string)[];
}

export function element(
  name: string,
  attributes: Readonly<Record<string, string>>,
  children: readonly (XmlElement | string)[] = [],
): XmlElement {
  return { name, attributes, children };
}

export function renderXml(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${renderElement(root, '')}\n`;
}

function renderElement({ name, attributes, children }: XmlElement, indent: string): string {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeAttribute(value)}"`);
  const open = `${indent}<${name}${pairs.join('')}`;
  if (children.length === 0) return `${open}/>`;
  // Blanks around text would become part of it, so an element with text stays on its lines.
  if (children.some((child) => typeof child === 'string')) {
    return `${open}>${children.map((child) => renderChild(child, '')).join('')}</${name}>`;
  }
  const inner = children.map((child) => renderChild(child, `${indent}  `));
  return `${open}>\n${inner.join('\n')}\n${indent}</${name}>`;
}

function renderChild(child: XmlElement | string, indent: string): string {
  return typeof child === 'string' ? escapeText(child) : renderElement(child, indent);
}

/**
 * What XML 1.0 cannot hold, not even as a reference (production 2, Char), and what it discourages: C1 controls
 * and, beyond it, nothing. They stay visible as escapes such as `\x1b`.
 */
const forbidden = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]|\p{Cs}/gu;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

function escapeText(text: string): string {
  return text.replace(forbidden, renderEscape).replace(/[&<>\r]/g, (character) => entities[character] ?? '');
}

function escapeAttribute(text: string): string {
  return text
    .replace(forbidden, renderEscape)
    .replace(/[&<>"\n\r\t]/g, (character) => entities[character] ?? '');
}
