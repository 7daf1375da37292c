/** How volumes and claims named their class before `storageClassName`. */
export const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
