import type { ReactNode } from 'react'
import styles from './card.module.css'

interface CardProps {
  /** For links to the card. */
  readonly id?: string
  readonly title: string
  readonly actions?: ReactNode
  readonly children: ReactNode
}

export function Card({ id, title, actions, children }: CardProps) {
  return (
    <section id={id} tabIndex={id === undefined ? undefined : -1} className={styles.card} aria-label={title}>
      <header className={styles.header}>
        <h2>{title}</h2>
        {actions}
      </header>
      {children}
    </section>
  )
}
