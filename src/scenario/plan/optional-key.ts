/** A key that is there only with a value, as `exactOptionalPropertyTypes` wants it: `...optionalKey('user', user)`. */
export function optionalKey<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  // A computed key widens to string, so TypeScript cannot see that this is the mapped type.
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V });
}
