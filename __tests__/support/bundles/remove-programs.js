import { removePrograms } from './programs.ts'

export default removePrograms
