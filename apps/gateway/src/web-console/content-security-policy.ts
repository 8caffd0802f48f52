import { visibleText } from '@rack-gateway/audit'
import type { FastifyInstance } from 'fastify'

/**
 * Only the console's own built files: no inline scripts or styles, no evaluated code, no strings that become markup,
 * and no other origins.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
  'report-to csp',
  'report-uri /gateway/csp-reports',
].join('; ')

/**
 * The page of a step-up asks whether the program that waits for the result listens on the same computer. Pages of other
 * addresses connect only to the gateway.
 */
export function withLoopback(policy: string): string {
  return policy.replace("connect-src 'self'", "connect-src 'self' http://localhost:* http://127.0.0.1:*")
}

/** Reports are counted by directive, so that reports of one directive do not suppress those of another. */
const directives = ['script-src', 'style-src', 'require-trusted-types-for', 'trusted-types', 'connect-src', 'img-src']

const reportLimit = 16 * 1024
const longestValue = 200

/** Reports need no authentication, so only a few are logged, and none becomes an event. */
export function addViolationReports(app: FastifyInstance): void {
  app.register(async function violationReports(scope) {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      ['application/csp-report', 'application/reports+json'],
      { parseAs: 'string' },
      (_request, text, done) => done(null, text),
    )
    // Another site can make a browser send reports, so they do not count toward the limit that logins share.
    scope.post('/gateway/csp-reports', { bodyLimit: reportLimit }, async function logViolation(request, reply) {
      const violation = readReport(request.body)
      if (violation !== null) {
        const { directive } = violation
        const kind = `csp-report ${directives.find((name) => directive.startsWith(name)) ?? 'other'}`
        app.unauthenticatedLog.note(kind, 'warn', { event: 'csp.violation', ...violation })
      }
      return reply.code(204).send()
    })
  })
}

interface Violation {
  readonly directive: string
  readonly blocked: string
  readonly document: string
}

/** Reads the format of `report-uri` and the format of `report-to`. */
function readReport(body: unknown): Violation | null {
  const report = parse(body)
  const first = Array.isArray(report) ? report[0] : report
  const fields = member(first, 'csp-report') ?? member(first, 'body')
  const directive = text(member(fields, 'effective-directive') ?? member(fields, 'effectiveDirective'))
  if (directive === '') return null
  return {
    directive,
    blocked: text(member(fields, 'blocked-uri') ?? member(fields, 'blockedURL')),
    document: pathOf(text(member(fields, 'document-uri') ?? member(fields, 'documentURL'))),
  }
}

function parse(body: unknown): unknown {
  try {
    return JSON.parse(String(body))
  } catch {
    return null
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined
}

function text(value: unknown): string {
  return typeof value === 'string' ? visibleText(value.slice(0, longestValue)) : ''
}

/** Without the query, because it can contain search terms. */
function pathOf(address: string): string {
  return address.split(/[?#]/)[0] ?? ''
}
