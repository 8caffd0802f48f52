import { defineErrorWithText } from '@rack-gateway/errors'

/** The session must be recorded but cannot be, or the gateway has no recording store. */
export const RecordingUnavailable = defineErrorWithText('RGW_RECORDING_UNAVAILABLE', 503, { stack: false })
/** The recording, or a part of it, could not be verified. */
export const RecordingBroken = defineErrorWithText('RGW_RECORDING_BROKEN', 502, { stack: false })
