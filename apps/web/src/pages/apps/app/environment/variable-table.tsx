import { Lock, Pencil, Trash2, Undo2 } from 'lucide-react'
import type { Release } from '../../../../api/rack-data/readers.ts'
import { Button } from '../../../../ui/controls/button.tsx'
import { keepFocus } from '../../../../ui/keyboard/keep-focus.ts'
import { Table } from '../../../../ui/lists/table.tsx'
import { Badge, Tag } from '../../../../ui/status/badge.tsx'
import { PolicySource } from '../../../../ui/text/policy-source.tsx'
import { VisibleText } from '../../../../ui/text/visible-text.tsx'
import { FilteredList } from '../../list/filtered-list.tsx'
import { RowActions } from '../../list/row-actions.tsx'
import type { Variable } from '../variables/env-text.ts'
import type { Draft } from './use-draft.ts'
import { useRevealedValues } from './use-revealed-values.ts'
import { useVariablePermissions } from './variable-permissions.ts'
import styles from './variable-table.module.css'
import { VariableValue } from './variable-value.tsx'

interface VariableTableProps {
  readonly release: Release
  readonly variables: readonly Variable[]
  readonly canEdit: boolean
  readonly draft: Draft
}

export function VariableTable({ release, variables, canEdit, draft }: VariableTableProps) {
  const { canReveal, protectedBy } = useVariablePermissions()
  const revealed = useRevealedValues(release)
  const keys = new Set(variables.map(({ key }) => key))
  const added = [...draft.edits.keys()].filter((key) => !keys.has(key))
  const all: readonly Row[] = [
    ...variables.map((variable) => ({ key: variable.key, variable })),
    ...added.map((key) => ({ key, variable: null })),
  ]
  return (
    <div className={styles.table}>
      {canEdit && <LockedNote sources={[...new Set(variables.flatMap(({ key }) => protectedBy(key) ?? []))]} />}
      <FilteredList label="Variables" rows={all} textOf={({ key }) => [key]} empty="The environment has no variables.">
        {(table) => (
          <Table
            {...table}
            keyOf={({ key }) => key}
            isSelected={({ key }) => draft.edits.has(key)}
            columns={[
              {
                title: 'Key',
                cell: ({ key, variable }) => (
                  <span className={styles.key}>
                    <code data-removed={draft.edits.get(key) === null}>
                      <VisibleText>{key}</VisibleText>
                    </code>
                    {protectedBy(key) !== null && <Badge tone="warn">Protected</Badge>}
                    {variable === null && <Tag tone="accent">New</Tag>}
                    {variable !== null && variable.count > 1 && (
                      <Badge tone="neutral">Last of {variable.count} values</Badge>
                    )}
                  </span>
                ),
              },
              {
                title: 'Value',
                cell: ({ key, variable }) => (
                  <VariableValue
                    name={key}
                    variable={variable}
                    canReveal={canReveal}
                    revealed={revealed}
                    draft={draft}
                  />
                ),
              },
              ...(canEdit
                ? [
                    {
                      title: 'Actions',
                      cell: ({ key, variable }: Row) => (
                        <VariableActions
                          name={key}
                          value={revealed.values.get(key) ?? variable?.value ?? ''}
                          isProtected={protectedBy(key) !== null}
                          draft={draft}
                        />
                      ),
                    },
                  ]
                : []),
            ]}
          />
        )}
      </FilteredList>
    </div>
  )
}

interface Row {
  readonly key: string
  /** Null: the variable is new. */
  readonly variable: Variable | null
}

interface VariableActionsProps {
  readonly name: string
  /** The value that an edit begins with, which can be a mask. */
  readonly value: string
  readonly isProtected: boolean
  readonly draft: Draft
}

function VariableActions({ name, value, isProtected, draft: { edits, edit, undo } }: VariableActionsProps) {
  if (isProtected) return <Locked />
  const isEdited = edits.has(name)
  return (
    <RowActions>
      {!isEdited && (
        <Button kind="quiet" aria-label={`Edit: ${name}`} onPress={() => edit(name, value)}>
          <Pencil aria-hidden />
        </Button>
      )}
      {/* One button, so that it keeps the focus when it is pressed. */}
      <Button
        kind="quiet"
        aria-label={`${isEdited ? 'Undo' : 'Remove'}: ${name}`}
        onPress={({ target }) => {
          const table = target.closest<HTMLElement>('[role=group]')
          // The row of a new variable is removed, too.
          keepFocus(() => table)
          if (isEdited) undo(name)
          else edit(name, null)
        }}
      >
        {isEdited ? <Undo2 aria-hidden /> : <Trash2 aria-hidden />}
      </Button>
    </RowActions>
  )
}

/** The gateway denies a change to everybody, so the page does not offer it. `LockedNote` says why. */
function Locked() {
  return (
    <span className={styles.locked}>
      <Lock aria-hidden size={14} /> Locked
    </span>
  )
}

interface LockedNoteProps {
  /** The lines of the policy that protect variables. */
  readonly sources: readonly string[]
}

function LockedNote({ sources }: LockedNoteProps) {
  if (sources.length === 0) return null
  return (
    <p className="soft">
      {sources.map((source, index) => (
        <span key={source}>
          {index > 0 && ', '}
          <PolicySource source={source} />
        </span>
      ))}
      {sources.length === 1 ? ' protects' : ' protect'} the locked variables, so no role can change them here. Ask the
      platform team for a change.
    </p>
  )
}
