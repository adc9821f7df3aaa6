/** What shows a registry who we are. */
export type Credential =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** To be exchanged for an access token (OAuth 2). */
  | { readonly kind: 'identityToken'; readonly token: string }
  /** To be sent as it is. */
  | { readonly kind: 'registryToken'; readonly token: string };
