import { defineErrorWithText } from '@rack-gateway/errors'

/** The session must be recorded but cannot be, or the gateway has no recording store. */
export const RecordingUnavailable = defineErrorWithText('RGW_RECORDING_UNAVAILABLE', 503, { stack: false })
/** No part of the recording could be verified. */
export const RecordingBroken = defineErrorWithText('RGW_RECORDING_BROKEN', 502, { stack: false })
