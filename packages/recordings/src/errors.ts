import { defineErrorWithText } from '@rack-gateway/errors'

/** The session is to be recorded and can't be, or there is no store to read from. */
export const RecordingUnavailable = defineErrorWithText('RGW_RECORDING_UNAVAILABLE', 503, { stack: false })
/** None of it could be verified. */
export const RecordingBroken = defineErrorWithText('RGW_RECORDING_BROKEN', 502, { stack: false })
