import { Ban, Check, CircleHelp, Minus, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import styles from './badge.module.css'

export type Tone = 'allow' | 'deny' | 'warn' | 'neutral' | 'accent'

const signs = { allow: Check, deny: Ban, warn: TriangleAlert, neutral: Minus, accent: CircleHelp } as const

/** The children name the state, so that color is never the only sign. */
export function Badge({ tone, sign = true, children }: { tone: Tone; sign?: boolean; children: ReactNode }) {
  const Sign = signs[tone]
  return (
    <span className={`${styles.badge} ${styles[tone]}`}>
      {sign && <Sign aria-hidden size={12} strokeWidth={2.5} />}
      {children}
    </span>
  )
}
