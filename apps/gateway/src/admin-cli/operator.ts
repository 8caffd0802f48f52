/** The principal in events of the server's own commands. */
export const operator = { kind: 'system', id: 'rack-gateway-server', name: 'rack-gateway-server' } as const
