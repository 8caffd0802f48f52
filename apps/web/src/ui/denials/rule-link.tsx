import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { type DenialFacts, ruleTarget } from './explain-denial.ts'

interface RuleLinkProps {
  readonly facts: DenialFacts
  readonly children: ReactNode
}

/** Everybody can read the policy. A rule of the gateway itself has no line there, so it stays text. */
export function RuleLink({ facts, children }: RuleLinkProps) {
  const target = ruleTarget(facts)
  if (target === null) return children
  switch (target.kind) {
    case 'line':
      return (
        <Link to="/policy" search={target.document === 'built-in' ? { text: 'built-in' } : {}} hash={`L${target.line}`}>
          {children}
        </Link>
      )
    case 'permission':
      return (
        <Link to="/policy" search={{ tab: 'matrix', permission: target.permission }}>
          {children}
        </Link>
      )
    case 'rules':
      return (
        <Link to="/policy" search={{ tab: 'rules' }} hash={target.section}>
          {children}
        </Link>
      )
  }
}
