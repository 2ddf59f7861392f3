"""How likely it is that light arrives when it did: of the first photo-electron of each DOM."""
