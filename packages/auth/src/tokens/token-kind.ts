export type TokenKind = 'session' | 'browser' | 'api-token' | 'workload'
