export { type HttpMessage, headerOf, parseMessage, statusOf, writeMessage, writeRequest } from './http-message.ts'
export { connectRaw, isLastFrame, type RawConnection, type RawConnectionOptions } from './raw-connection.ts'
export { type RawResponse, readResponse, sendRaw } from './raw-response.ts'
