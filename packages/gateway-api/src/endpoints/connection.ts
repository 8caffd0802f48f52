import { Connection, ConnectionQuery, maxDiscardedBody } from '../schemas/connection.ts'
import { type EndpointTable, everyKind } from './endpoint.ts'

const ofTheCaller = {
  path: '/connection',
  permission: 'gateway:self:read',
  scope: 'self',
  principalKinds: everyKind,
  response: Connection,
} as const

/** For `rack-gateway doctor`, which finds what a proxy in front of the gateway changes. */
export const connectionEndpoints = {
  inspectConnection: {
    ...ofTheCaller,
    method: 'GET',
    summary:
      'Shows how the request reached the gateway: its host, its addresses, and whether a WebSocket was asked for.',
    description: 'A WebSocket gets the response as its only message.',
    query: ConnectionQuery,
    acceptsWebSocket: true,
  },
  inspectUpload: {
    ...ofTheCaller,
    method: 'POST',
    summary: 'Reads and discards a body of up to 2 MiB, and shows how it reached the gateway.',
    bodyLimit: maxDiscardedBody,
    discardsBody: true,
  },
} as const satisfies EndpointTable
