import { Type } from 'typebox'
import { pageOf } from '../schemas/common.ts'
import * as schemas from '../schemas/recordings.ts'
import { type EndpointTable, everyKind } from './endpoint.ts'

const Asciicast = Type.String({ description: 'an asciicast, version 3' })

export const recordingEndpoints = {
  listRecordings: {
    method: 'GET',
    path: '/recordings',
    summary: 'Lists session recordings, newest first.',
    permission: 'gateway:recording:read',
    scope: 'gateway',
    principalKinds: everyKind,
    query: schemas.RecordingQuery,
    response: pageOf(schemas.Recording),
    compress: true,
  },
  readRecording: {
    method: 'GET',
    path: '/recordings/{id}',
    summary: 'Streams a session recording as asciicast v3, and verifies it against the audit log.',
    description:
      'Each read is recorded. A session under a grant is also open to those who approved the grant, while they could still review it.',
    permission: 'gateway:self:read',
    scope: 'self',
    permissionForOthers: 'gateway:recording:read',
    principalKinds: everyKind,
    response: Asciicast,
    mediaTypes: ['application/x-asciicast'],
  },
  followRecording: {
    method: 'GET',
    path: '/recordings/{id}/live',
    summary: 'Streams the recording of a running session as asciicast v3, as it is stored.',
    description:
      'The delay is 1 s from the gateway process that records the session, and 6 s from other processes. As for the recording, who approved the grant of a session can follow it.',
    permission: 'gateway:self:read',
    scope: 'self',
    permissionForOthers: 'gateway:recording:read',
    principalKinds: everyKind,
    query: schemas.FollowQuery,
    response: Asciicast,
    mediaTypes: ['application/x-asciicast'],
  },
  endRecording: {
    method: 'POST',
    path: '/recordings/{id}/end',
    summary:
      'Closes a recorded session, whichever gateway process it runs in, and shows the reason to its participant.',
    permission: 'gateway:recording:end',
    scope: 'gateway',
    isRevocation: true,
    principalKinds: everyKind,
    body: schemas.EndRequest,
    response: schemas.Recording,
  },
} as const satisfies EndpointTable
