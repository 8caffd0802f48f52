export { encodeFrame, type Frame, type FrameToEncode, opcodes } from '../frames/frame.ts'
export {
  createFramePartReader,
  createFrameReader,
  decodeFrames,
  type FramePart,
  type Sender,
} from '../frames/frame-reader.ts'
export { upgradeHeaders } from './handshake.ts'
export { openRawWebSocket } from './open-raw-websocket.ts'
export { type ClientSocket, openWebSocket } from './open-web-socket.ts'
export { type FrameWatch, watchFrames } from './watch-frames.ts'
