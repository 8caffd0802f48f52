import { createStore } from '../../../store/create-store.ts'

/** Keeps the proposed document only in the memory of this browser tab. */
export const { set: setProposal, use: useProposal } = createStore('')
