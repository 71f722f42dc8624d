import { plantAll } from './half.ts'
import { Scene } from './scene.ts'
import { dataLines } from './table.ts'

plantAll(dataLines, Scene.create)
