/** `browser` is the token of a browser session, which is valid only as a cookie. */
export type TokenKind = 'session' | 'browser' | 'api-token' | 'workload'
