import { controlLimit, type FrameHeader, opcodes, type Sender } from './frames.ts'

/**
 * What is wrong with a frame, or null. A relay that passes such a frame would leave it to the other side to find out,
 * and two readers that disagree about where a frame ends can be made to see different messages.
 *
 * @param message the opcode of the message that is open in this direction, 0 between messages
 * @see RFC 6455, sections 5.1 to 5.5
 */
export function frameViolation(header: FrameHeader, firstByte: number, sender: Sender, message: number): string | null {
  const { fin, opcode, length, mask } = header
  if ((firstByte & 0x70) !== 0) return 'a reserved bit is set: no extension was agreed on'
  if (sender === 'client' && mask === null) return 'a frame is not masked'
  if (sender === 'server' && mask !== null) return 'a frame is masked'
  if (Number.isNaN(length)) return 'a frame is longer than can be'
  if (opcode >= opcodes.close) {
    if (opcode > opcodes.pong) return `the opcode ${opcode} is reserved`
    if (!fin) return 'a control frame is fragmented'
    return length > controlLimit ? 'a control frame is too long' : null
  }
  if (opcode > opcodes.binary) return `the opcode ${opcode} is reserved`
  if (opcode === opcodes.continuation && message === 0) return 'a frame continues a message that was not begun'
  if (opcode !== opcodes.continuation && message !== 0) return 'a message begins within another one'
  return null
}
