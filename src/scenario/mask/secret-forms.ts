/** A form this short would also mask text that has nothing to do with the secret. */
const minFormLength = 4;

/**
 * Every text in which the value of a secret may show: itself, its lines, base64, URL-encoded and JSON-escaped (R8).
 * Encoded forms under four characters are left out; the value itself never is.
 */
export function secretForms(value: string): readonly string[] {
  const forms = new Set<string>();
  for (const part of partsOf(value)) {
    if (part === value || part.length >= minFormLength) forms.add(part);
    for (const form of [...base64Forms(part), ...urlForms(part), ...jsonForms(part)]) {
      if (form.length >= minFormLength) forms.add(form);
    }
  }
  forms.delete('');
  return [...forms];
}

/** A secret read from a file often ends with a newline, and logs show one of several lines alone: each is a secret. */
function partsOf(value: string): ReadonlySet<string> {
  return new Set([value, value.trim(), ...value.split(/\r?\n/).map((line) => line.trim())]);
}

/**
 * Base64 (RFC 4648, sections 4 and 5) of texts that hold the value anywhere. An encoding shows the value in one of three
 * ways, by how many bytes stand before it modulo 3; the first and last character may also depend on the neighbours, so what is
 * left without them is looked for, and also the endings the value has when nothing follows it.
 */
function base64Forms(value: string): readonly string[] {
  const bytes = Buffer.from(value, 'utf8');
  const forms: string[] = [];
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const unpadded = encoded.replaceAll('=', '');
    const start = before === 0 ? 0 : before + 1;
    const certain = Math.floor(((before + bytes.length) * 8) / 6);
    forms.push(encoded.slice(start), unpadded.slice(start), unpadded.slice(start, certain));
    if (before === 0) forms.push(...wrapped(unpadded.slice(0, certain)));
  }
  return forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}

/** `base64` breaks its lines at 76 characters, PEM (RFC 7468) at 64. */
function wrapped(encoded: string): readonly string[] {
  return [76, 64].flatMap((width) =>
    Array.from({ length: Math.ceil(encoded.length / width) }, (_, line) =>
      encoded.slice(line * width, (line + 1) * width),
    ),
  );
}

function urlForms(value: string): readonly string[] {
  // Lone surrogates have no UTF-8; encodeURIComponent would throw where every encoder writes U+FFFD.
  const component = encodeURIComponent(Buffer.from(value, 'utf8').toString('utf8'));
  // RFC 3986 reserves five characters that encodeURIComponent leaves alone.
  const strict = component.replace(/[!'()*]/g, (character) => percent(character));
  // https://url.spec.whatwg.org/#application-x-www-form-urlencoded-percent-encode-set
  const form = strict.replaceAll('%20', '+').replaceAll('%2A', '*').replaceAll('~', '%7E');
  const upper = [component, strict, component.replaceAll('%20', '+'), strict.replaceAll('%20', '+'), form];
  return [...upper, ...upper.map((text) => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()))];
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** As JSON.stringify, Go (escapes `<>&`), Python (escapes all but ASCII) and PHP (escapes `/` too) write it. */
function jsonForms(value: string): readonly string[] {
  const plain = JSON.stringify(value).slice(1, -1);
  const ascii = plain.replace(/[^\x00-\x7e]/g, unicodeEscape);
  const forms = [plain, ascii, plain.replace(/[<>&\u2028\u2029]/g, unicodeEscape)];
  const slashed = forms.flatMap((form) => [form, form.replaceAll('/', '\\/')]);
  return slashed.flatMap((form) => [form, form.replace(/\\u[0-9a-f]{4}/g, upperHex)]);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function upperHex(code: string): string {
  return `\\u${code.slice(2).toUpperCase()}`;
}
