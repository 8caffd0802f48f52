import { expect, test } from 'vitest'
import { certificateErrorClause, networkErrorClause, networkErrorCode } from './network-errors.ts'

const target = { server: 'it', address: '10.0.0.7:443', host: 'the host name gw.example' }

test.each([
  ['EMFILE', 'no file descriptor is free for a connection'],
  ['ENFILE', 'no file descriptor is free for a connection'],
  ['ECONNREFUSED', 'nothing listens at 10.0.0.7:443'],
  ['ECONNRESET', 'it closed the connection'],
  ['EPIPE', 'it closed the connection'],
  ['UND_ERR_SOCKET', 'it closed the connection'],
  ['ETIMEDOUT', '10.0.0.7:443 does not answer'],
  ['UND_ERR_CONNECT_TIMEOUT', '10.0.0.7:443 does not answer'],
  ['ERR_TLS_HANDSHAKE_TIMEOUT', '10.0.0.7:443 does not answer'],
  ['EHOSTUNREACH', 'there is no route to 10.0.0.7:443'],
  ['ENETUNREACH', 'there is no route to the network of 10.0.0.7:443'],
  ['ENOTFOUND', 'the host name gw.example is not known'],
  ['EAI_AGAIN', 'the host name gw.example cannot be looked up now'],
  ['EPROTO', 'it does not speak TLS'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'it does not speak TLS'],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'it does not speak TLS 1.2 or newer'],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'it does not speak TLS 1.2 or newer'],
  ['HPE_INVALID_CONSTANT', 'it does not speak HTTP'],
  ['EOTHER', null],
  ['constructor', null],
  ['', null],
])('%s: %s', (code, sentence) => {
  expect(networkErrorClause(code, target)).toBe(sentence)
})

test.each([
  ['CERT_HAS_EXPIRED', 'has expired, or the certificate of its authority has'],
  ['CERT_NOT_YET_VALID', 'is not valid yet, or the certificate of its authority is not'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'is for another host name'],
  ['ECONNREFUSED', null],
])('its certificate, %s: %s', (code, clause) => {
  expect(certificateErrorClause(code)).toBe(clause)
})

const failed = (code: unknown) => Object.assign(new Error('quotes a secret'), { code })

test.each([
  [failed('ECONNREFUSED'), 'ECONNREFUSED'],
  [new AggregateError([failed('ETIMEDOUT'), failed('ECONNREFUSED')]), 'ETIMEDOUT'],
  [Object.assign(failed('HPE_INVALID_CONSTANT'), { name: 'HTTPParserError' }), 'HPE_INVALID_CONSTANT'],
  [Object.assign(failed(undefined), { name: 'HTTPParserError' }), 'HPE_UNKNOWN'],
  [failed('not a code: a secret'), ''],
  [failed('A'.repeat(61)), ''],
  [failed(7), ''],
  [new AggregateError([]), ''],
  [new Error('quotes a secret'), ''],
  ['thrown text', ''],
  [null, ''],
])('the code of %s is %j', (error, code) => {
  expect(networkErrorCode(error)).toBe(code)
})
