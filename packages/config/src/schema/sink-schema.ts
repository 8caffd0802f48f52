import { type Static, Type } from 'typebox'
import { certificatesProblem } from '../certificates/rack-certificates.ts'
import { checked } from './server-schema.ts'
import { headerProblem, kindsProblem, sinkKeysProblem, sinkUrlProblem } from './sink-values.ts'

/**
 * The variables of one sink. Their names lack the sink's name: `AUDIT_SINK_URL` is the value of `AUDIT_SINK_URL_SIEM`.
 * `AUDIT_SINK_CA` has the certificates themselves, even if the variable was the path of a file.
 */
export const SinkEnvironment = Type.Object({
  AUDIT_SINK_URL: checked(
    'where events go: stdout:, file:///path, syslog+tls://host:6514, https://host/path (a webhook), otlp+https://host:4318 or s3://bucket/prefix; without TLS (http, otlp+http, syslog+tcp) only on this machine',
    sinkUrlProblem,
  ),
  AUDIT_SINK_SECRET: Type.Optional(
    checked(
      'for a webhook: one or more signing keys of 24 to 64 bytes in base64, separated by commas; make one with: openssl rand -base64 32',
      sinkKeysProblem,
    ),
  ),
  AUDIT_SINK_HEADER: Type.Optional(
    checked('for a webhook or OTLP: a header with a credential, such as Authorization: Bearer abc', headerProblem),
  ),
  AUDIT_SINK_CA: Type.Optional(
    checked(
      "the only authorities that can sign the receiver's certificate: PEM text, or the path of a file",
      certificatesProblem,
    ),
  ),
  AUDIT_SINK_KINDS: Type.Optional(
    checked('the kinds of events to send, separated by commas, such as refused,login.*,intent', kindsProblem),
  ),
})
export type SinkEnvironment = Static<typeof SinkEnvironment>
