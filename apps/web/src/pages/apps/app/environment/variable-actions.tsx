import { Pencil, Trash2, Undo2 } from 'lucide-react'
import { Button } from '../../../../ui/button.tsx'
import { RowActions } from '../../list/row-actions.tsx'
import type { Draft } from './use-draft.ts'

interface VariableActionsProps {
  readonly name: string
  /** The value that an edit begins with, which can be a mask. */
  readonly value: string
  readonly draft: Draft
}

export function VariableActions({ name, value, draft: { edits, edit, undo } }: VariableActionsProps) {
  if (edits.has(name))
    return (
      <RowActions>
        <Button kind="quiet" aria-label={`Undo: ${name}`} onPress={() => undo(name)}>
          <Undo2 aria-hidden />
        </Button>
      </RowActions>
    )
  return (
    <RowActions>
      <Button kind="quiet" aria-label={`Edit: ${name}`} onPress={() => edit(name, value)}>
        <Pencil aria-hidden />
      </Button>
      <Button kind="quiet" aria-label={`Remove: ${name}`} onPress={() => edit(name, null)}>
        <Trash2 aria-hidden />
      </Button>
    </RowActions>
  )
}
