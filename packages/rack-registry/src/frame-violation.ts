import { controlLimit, type FrameHeader, opcodes, type Sender } from './frames.ts'

/**
 * Two readers that disagree about where a frame ends would see different messages, so the relay checks each header.
 *
 * @param message the opcode of the unfinished message in this direction, 0 between messages
 * @see RFC 6455, sections 5.1 to 5.5
 */
export function frameViolation(header: FrameHeader, firstByte: number, sender: Sender, message: number): string | null {
  const { fin, opcode, length, mask } = header
  if ((firstByte & 0x70) !== 0) return 'a reserved bit is set, but no extension was negotiated'
  if (sender === 'client' && mask === null) return 'a frame is not masked'
  if (sender === 'server' && mask !== null) return 'a frame is masked'
  if (Number.isNaN(length)) return 'a frame is too long'
  if (opcode >= opcodes.close) {
    if (opcode > opcodes.pong) return `the opcode ${opcode} is reserved`
    if (!fin) return 'a control frame is fragmented'
    return length > controlLimit ? 'a control frame is too long' : null
  }
  if (opcode > opcodes.binary) return `the opcode ${opcode} is reserved`
  if (opcode === opcodes.continuation && message === 0) return 'a continuation frame has no message'
  if (opcode !== opcodes.continuation && message !== 0) return 'a message begins inside another message'
  return null
}
