import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './styles/tokens.css'
import './styles/base.css'
import { createQueryClient } from './api/queries.ts'
import { createConsoleRouter } from './router.tsx'

const queryClient = createQueryClient()
const container = document.getElementById('root')
if (container === null) throw new Error('index.html has no element with the ID root')
createRoot(container).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={createConsoleRouter(queryClient)} />
    </QueryClientProvider>
  </StrictMode>,
)
