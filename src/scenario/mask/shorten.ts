/** Longer values are shown with their middle left out. */
const maxShownLength = 1000;

/**
 * Ends are what tells most: the first line says what it is, the last what went wrong. Of text that may hold a secret this is done
 * after masking: half a secret would not be known for one (language.md R8).
 */
export function shorten(text: string, most: number = maxShownLength): string {
  if (text.length <= most) return text;
  const head = Math.floor(most * 0.6);
  const tail = most - head;
  const cut = text.length - most;
  return `${text.slice(0, head)} … ${cut} characters left out (maxShownLength is ${most}) … ${text.slice(-tail)}`;
}
