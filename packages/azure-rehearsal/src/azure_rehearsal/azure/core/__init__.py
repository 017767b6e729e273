"""What Azure Resource Manager and the azure-native provider do for every type alike."""
