const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const host =
  '(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\\[[0-9a-fA-F:]+\\])(?::[0-9]+)?';
const tag = '[A-Za-z0-9_][A-Za-z0-9._-]{0,127}';
const digest = '[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}';

/** The grammar of distribution/reference (reference.go), anchored. */
const reference = new RegExp(`^(?:${host}/)?${component}(?:/${component})*(?::${tag})?(?:@${digest})?$`);

/** Whether a text can be looked up in a registry; the image room takes it apart. */
export function isImageReference(text: string): boolean {
  return text.length <= 512 && reference.test(text);
}
