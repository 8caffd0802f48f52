/** The program that asked for the proof chose these values. */
export interface StepUpSearch {
  readonly id?: string
  /** The address that gets the result. It is not checked yet. */
  readonly callback?: string
}

export function validateStepUpSearch({ id, callback }: Readonly<Record<string, unknown>>): StepUpSearch {
  return {
    ...(typeof id === 'string' && { id: id.slice(0, 100) }),
    ...(typeof callback === 'string' && { callback: callback.slice(0, 500) }),
  }
}
