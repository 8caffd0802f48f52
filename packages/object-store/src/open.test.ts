import { expect, test } from 'vitest'
import { readObjectStoreAddress } from './open.ts'

test.each([
  ['/var/lib/records', { kind: 'directory', directory: '/var/lib/records' }],
  ['file:///var/lib/records', { kind: 'directory', directory: '/var/lib/records' }],
  ['s3://records', { kind: 's3', bucket: 'records', prefix: '' }],
  ['s3://records/audit/prod/', { kind: 's3', bucket: 'records', prefix: 'audit/prod/' }],
  ['s3://records/audit?region=eu-west-1', { kind: 's3', bucket: 'records', prefix: 'audit/', region: 'eu-west-1' }],
  [
    's3://records?endpoint=https://s3.example.com',
    { kind: 's3', bucket: 'records', prefix: '', endpoint: 'https://s3.example.com' },
  ],
  [
    's3://records?endpoint=http://127.0.0.1:9000',
    { kind: 's3', bucket: 'records', prefix: '', endpoint: 'http://127.0.0.1:9000' },
  ],
])('%s', (text, address) => {
  expect(readObjectStoreAddress(text)).toEqual(address)
})

test.each([
  ['records', 'use an absolute path, or s3://'],
  ['', 'use an absolute path, or s3://'],
  ['https://records', 'use an absolute path, or s3://'],
  ['file://host/var', 'write file:///path, without a host'],
  ['file:///var%2Flib', 'write file:///path, without a host and without %2F'],
  ['s3://key:secret@records', 'credentials do not belong in the address'],
  ['s3://records:9000', 'no port'],
  ['s3://R', 'not the name of a bucket'],
  ['s3://records/a//b', 'the prefix can have only'],
  ['s3://records/a%20b', 'the prefix can have only'],
  ['s3://records?endpoint=http://s3.example.com', 'each at most once'],
  ['s3://records?endpoint=https://user:secret@s3.example.com', 'each at most once'],
  ['s3://records?region=a&region=b', 'each at most once'],
  ['s3://records?acl=public', 'each at most once'],
])('rejects %s', (text, reason) => {
  const invalid = expect.objectContaining({
    code: 'RGW_OBJECT_STORE_ADDRESS_INVALID',
    message: expect.stringContaining(reason),
  })
  expect(() => readObjectStoreAddress(text)).toThrow(invalid)
  expect(() => readObjectStoreAddress(text)).not.toThrow('secret')
})
