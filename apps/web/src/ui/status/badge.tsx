import { Ban, Check, CircleHelp, Minus, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import styles from './badge.module.css'

export type Tone = 'allow' | 'deny' | 'warn' | 'neutral' | 'accent'

const signs = { allow: Check, deny: Ban, warn: TriangleAlert, neutral: Minus, accent: CircleHelp } as const

interface BadgeProps {
  readonly tone: Tone
  readonly children: ReactNode
}

/** The children name the state, so that color is never the only sign. */
export function Badge({ tone, children }: BadgeProps) {
  const Sign = signs[tone]
  return (
    <Tag tone={tone}>
      <Sign aria-hidden size={12} strokeWidth={2.5} />
      {children}
    </Tag>
  )
}

/** A badge without a sign. */
export function Tag({ tone, children }: BadgeProps) {
  return <span className={`${styles.badge} ${styles[tone]}`}>{children}</span>
}
