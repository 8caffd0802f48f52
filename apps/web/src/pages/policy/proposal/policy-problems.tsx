import type { PolicyCheck } from '@rack-gateway/gateway-api'
import { Card } from '../../../ui/layout/card.tsx'
import { Stack } from '../../../ui/layout/stack.tsx'
import { Badge } from '../../../ui/status/badge.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'

interface PolicyProblemsProps {
  readonly check: PolicyCheck
  readonly onShow: (line: number, column: number) => void
}

export function PolicyProblems({ check, onShow }: PolicyProblemsProps) {
  const { valid, problems, proposed, warnings } = check
  return (
    <Card title="Check">
      <p>
        {valid ? (
          <>
            <Badge tone="allow">Valid</Badge> SHA-256: <code className="hint">{proposed}</code>
          </>
        ) : (
          <>
            <Badge tone="deny">Not valid</Badge> The gateway would reject this document, and keep the one in force.
          </>
        )}
      </p>
      {problems.length > 0 && (
        <Stack as="ul" gap={1}>
          {problems.map(({ line, column, text }) => (
            <li key={`${line}:${column}:${text}`}>
              <button type="button" className="link-button" onClick={() => onShow(line, column)}>
                Line {line}, column {column}
              </button>{' '}
              <VisibleText>{text}</VisibleText>
            </li>
          ))}
        </Stack>
      )}
      {warnings.length > 0 && (
        <Stack as="ul" gap={1}>
          {warnings.map((warning) => (
            <li key={warning}>
              <Badge tone="warn">Warning</Badge> <VisibleText>{warning}</VisibleText>
            </li>
          ))}
        </Stack>
      )}
    </Card>
  )
}
