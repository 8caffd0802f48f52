import { createFrame, opcodes } from '@rack-gateway/rack-registry'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sendFramesAndClose } from '../../error-responses/command-stream.ts'

/** Close code 1000: the purpose of the connection is fulfilled (RFC 6455, section 7.4.1). */
const normalClosure = Buffer.from([0x03, 0xe8])

/** Accepts the WebSocket, sends the message, and closes. */
export function sendInWebSocket(request: FastifyRequest, reply: FastifyReply, message: Buffer): void {
  sendFramesAndClose(request, reply, [
    createFrame('server', opcodes.text, message),
    createFrame('server', opcodes.close, normalClosure),
  ])
}
