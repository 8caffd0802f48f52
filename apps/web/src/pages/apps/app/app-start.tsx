import { Navigate } from '@tanstack/react-router'
import { useApp } from './address/use-app.ts'

export default function AppStart() {
  const { rack, app } = useApp()
  return <Navigate to="/apps/$rack/$app/services" params={{ rack, app }} search={{}} replace />
}
